"""Words and phrases that name protected attributes: English, German, French, Spanish, Italian, Dutch, Polish, Portuguese; no accents, no spaces."""

from __future__ import annotations

from typing import Literal

Attribute = Literal["age", "gender", "family", "origin", "religion", "health", "place", "credit"]

def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


BARE_AGE = _words("age ages alter edad idade wiek leeftijd")
"""Words that may also tell how old a thing or a record is."""
_AGE = """
    agegroup agegroups ageband agebracket agerange agecategory ageclass agecohort ageyears yearsold birth dob dateofbirth birthdate birthday birthyear
    yearofbirth birthmonth customerage clientage applicantage userage borrowerage personage contactage seniorcitizen
    altersgruppe altersklasse altersband geburtsdatum geburtsjahr geburtstag jahrgang kundenalter
    agedelapersonne trancheage tranchedage classedage groupedage datenaissance datedenaissance anneenaissance anneedenaissance
    grupoedad grupodeedad rangoedad rangodeedad tramoedad fechanacimiento fechadenacimiento fecnacimiento anonacimiento anodenacimiento
    fasciaeta fasciadieta etacliente etaanni gruppoeta datanascita datadinascita annonascita annodinascita
    leeftijdsgroep leeftijdsklasse leeftijdscategorie geboortedatum geboortejaar geboortedag
    grupawiekowa przedzialwiekowy dataurodzenia rokurodzenia
    faixaetaria grupoetario datanascimento datadenascimento anonascimento anodenascimento
"""
_GENDER = """
    gender genders sex sexes genderidentity sexualorientation salutation honorific maidenname
    geschlecht anrede sexe civilite sexo genero tratamiento sesso genere geslacht aanhef plec zwrotgrzecznosciowy
"""
_FAMILY = """
    marital maritalstatus maritalstate married marriage civilstatus personalstatus relationshipstatus familystatus familialstatus parentalstatus
    divorced divorcee widow widowed widower spouse wife husband children child kids kid kidscount dependents dependants dependent dependant haskids
    pregnant pregnancy maternity familysize householdsize householdcomp householdcomposition
    familienstand zivilstand verheiratet geschieden verwitwet ehepartner ehegatte kinder kinderzahl anzahlkinder schwanger haushaltsgrosse
    etatcivil situationfamiliale situationmaritale situationdefamille statutmarital statutmatrimonial enfants nombreenfants nbenfants conjoint
    estadocivil estadomarital situacionfamiliar casado hijos numhijos numerodehijos conyuge embarazada
    statocivile situazionefamiliare coniugato figli numerofigli numerodifigli coniuge
    burgerlijkestaat burgerlijkstaat gezinssituatie gehuwd getrouwd kinderen aantalkinderen gezinsgrootte
    stancywilny dzieci liczbadzieci malzonek zonaty
    situacaofamiliar filhos numerodefilhos numfilhos conjuge gravida
"""
_ORIGIN = """
    nationality nationalities nationalorigin citizenship citizen ethnicity ethnicities
    ethnic ethnicgroup ethnicorigin race races racial hispanic latino
    nativecountry nativelanguage mothertongue
    countryofbirth birthcountry birthplace placeofbirth cityofbirth countryoforigin ancestry immigrant
    immigration immigrationstatus residencepermit visastatus foreigner foreignworker caste tribe skincolor skincolour
    staatsangehorigkeit staatsburgerschaft nationalitat geburtsort geburtsland herkunftsland ethnie auslander muttersprache aufenthaltsstatus
    nationalite lieunaissance lieudenaissance paysnaissance paysdenaissance origineethnique languematernelle
    nacionalidad ciudadania paisnacimiento paisdenacimiento lugarnacimiento lugardenacimiento paisdeorigen raza etnia
    nazionalita cittadinanza luogonascita luogodinascita paesedinascita razza
    nationaliteit geboorteplaats geboorteland afkomst etniciteit
    narodowosc obywatelstwo miejsceurodzenia krajurodzenia pochodzenieetniczne
    nacionalidade cidadania naturalidade paisdenascimento localdenascimento raca
"""
_RELIGION = """
    religion religions religious religiousaffiliation denomination konfession glaube glaubensbekenntnis kirchensteuer religionszugehorigkeit
    confessionreligieuse religione religie godsdienst geloof religia wyznanie religiao credo
"""
_HEALTH = """
    disability disabilities handicap handicapped wheelchair impairment mobilityimpairment medicalcondition medicalhistory healthstatus healthcondition
    healthproblem healthissue illness chronicillness disease diagnosis
    behinderung behinderungsgrad gradderbehinderung schwerbehindert schwerbehinderung gesundheitszustand krankheit erkrankung
    invalidite etatdesante maladie situationdehandicap discapacidad minusvalia estadodesalud enfermedad disabilita invalidita statodisalute malattia
    gehandicapt arbeidsongeschikt gezondheid ziekte niepelnosprawnosc stanzdrowia choroba deficiencia estadodesaude doenca
"""
_PLACE = """
    zip zips zipcode zipcodes postcode postcodes postalcode postalcodes pincode eircode censustract censusblock blockgroup lsoa
    neighborhood neighbourhood streetaddress homeaddress postaladdress mailingaddress residentialaddress addressline street streetname
    latitude longitude lat lon lng geohash
    plz postleitzahl wohnadresse anschrift strasse hausnummer
    codepostal codespostaux rue codigopostal codpostal calle barrio codicepostale codiceavviamentopostale capresidenza capdomicilio capcliente
    postnummer postkode woonadres straatnaam kodpocztowy ulica codigodepostal bairro cepresidencial
"""
_CREDIT = """
    creditscore creditscores creditscoring creditrating creditgrade
    credithistory creditbureau creditreport creditworthiness creditdefault creditdefaults
    creditutilization creditutilisation creditinquiries fico ficoscore vantagescore experian equifax transunion
    defaulthistory defaulted defaults priordefault priordefaults pastdefault previousdefault hasdefault indefault loandefault paymentdefault
    delinquency delinquencies delinquent bankrupt bankruptcy bankruptcies chargeoff chargeoffs foreclosure foreclosures insolvency derogatory
    latepayment latepayments missedpayment missedpayments paymenthistory
    schufa schufascore bonitat bonitatsscore bonitatsindex kreditscore kreditwurdigkeit kredithistorie zahlungsausfall zahlungsausfalle
    zahlungsverzug insolvenz privatinsolvenz negativmerkmal
    scorecredit notecredit scoredecredit historiquecredit historiquedecredit incidentpaiement incidentsdepaiement fichebancaire surendettement
    puntajecrediticio puntuacioncrediticia historialcrediticio morosidad moroso impago impagos insolvencia
    punteggiodicredito punteggiocreditizio meritocreditizio storiacreditizia insolvenza protesti cattivopagatore
    kredietscore kredietwaardigheid kredietverleden betalingsachterstand wanbetaling bkr bkrregistratie faillissement
    ocenakredytowa scoringkredytowy zdolnosckredytowa historiakredytowa zadluzenieprzeterminowane upadlosc
    pontuacaodecredito scoredecredito historicodecredito inadimplencia inadimplente falencia serasa
"""


def _read(**lists: str) -> dict[str, Attribute]:
    return {word: attribute for attribute, words in lists.items() for word in words.split()}  # type: ignore[misc]


WORDS = _read(age=" ".join(sorted(BARE_AGE)) + _AGE, gender=_GENDER, family=_FAMILY, origin=_ORIGIN, religion=_RELIGION, health=_HEALTH, place=_PLACE)
CREDIT = _words(_CREDIT)
WHOLE = _read(
    gender="genre", origin="nation", religion="faith church", health="health disabled gesundheit sante salud salute saude zdrowie",
    place="cap cp cep address adresse direccion indirizzo adres endereco", credit="default",
)
"""Words that mean the attribute only where nothing stands beside them."""
ACCENTED = _words("età")
"""Without its accent the word is another one: a time of arrival."""

OBJECTS = _words("""
    property properties listing listings house houses building buildings apartment flat unit estate vehicle vehicles car cars machine equipment asset
    assets product products item items store stores shop shops branch branches office offices company companies firm business businesses organisation
    organization school campus venue event events hotel airport dealer project projects loan immobilie gebaude haus wohnung fahrzeug filiale firma
    unternehmen bien immeuble logement vehicule agence entreprise inmueble
    vivienda vehiculo sucursal empresa immobile edificio veicolo azienda negozio
    pand woning gebouw voertuig bedrijf kantoor nieruchomosc budynek pojazd firmy imovel veiculo filial
""")
"""Things with an age and a place of their own."""
RECORDS = _words("""
    lead leads account accounts contract policy ticket tickets session cookie domain deal deals opportunity opportunities campaign quote order orders
    request inquiry enquiry record file device subscription membership home roof relationship konto vertrag compte contrat cuenta contrato conto polis
""")
SPANS = _words("""
    day days week weeks month months hour hours minute minutes second seconds d recency tage wochen monate jours dias giorni dni
""")
NOT_PLACE = _words("file files archive download email mail ip mac url web wallet style view chat lookup")
NOT_FAMILY = _words("""
    category categories product products department section page pages view views toys wear clothing shoes node process tag variable
""")
NOT_RACE = _words("condition track distance horse car")
